/// Moves the focus once what was just decided is on the screen, to the first of `selectors` that is there. Headings take it only this
/// way (tabindex -1).
export function focusSoon(...selectors: string[]): void {
  requestAnimationFrame(() => {
    for (const selector of selectors) {
      const found = document.querySelector<HTMLElement>(selector);
      if (found) return found.focus();
    }
  });
}
