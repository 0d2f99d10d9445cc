import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Tenant } from "./api";

/// The town whose screens are shown.
export const Town = createContext<Tenant | null>(null);

/// Whether the caller may do that in the town that is shown. What they may not is not offered; the engine refuses in any case.
export function useMay(right: string): boolean {
  return useContext(Town)?.rights.includes(right) ?? false;
}
