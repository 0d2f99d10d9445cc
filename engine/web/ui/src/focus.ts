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

/// To the title of the mention that was just opened. Where one column stands under the other (a telephone) the mention goes to the
/// window's top: an alert that comes in above must not push it out of sight.
export function focusOpenMention(): void {
  requestAnimationFrame(() => {
    const title = document.getElementById("detail-title");
    title?.focus();
    if (matchMedia("(max-width: 60rem)").matches) title?.closest("section")?.scrollIntoView();
  });
}
