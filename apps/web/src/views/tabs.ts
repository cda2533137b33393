/** Tabs that follow the ARIA pattern: the Tab key reaches one of them, arrow keys move between them. */

import { byId } from "../dom.ts";

export function tabs(list: HTMLElement, onSelect: (panelId: string) => void): void {
  const all = [...list.querySelectorAll<HTMLElement>('[role="tab"]')];
  const select = (tab: HTMLElement): void => {
    for (const each of all) {
      const isSelected = each === tab;
      each.setAttribute("aria-selected", String(isSelected));
      each.tabIndex = isSelected ? 0 : -1;
      byId(each.getAttribute("aria-controls") ?? "").hidden = !isSelected;
    }
    onSelect(tab.getAttribute("aria-controls") ?? "");
  };
  for (const [index, tab] of all.entries()) {
    tab.addEventListener("click", () => select(tab));
    tab.addEventListener("keydown", ({ key }) => {
      const to = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: all.length - 1 }[key];
      const next = to === undefined ? undefined : all.at(to % all.length);
      if (next === undefined) return;
      next.focus();
      select(next);
    });
  }
}
