/** Shows one of the two parts of the page, depending on the fragment of the address. */

import { byId } from "../dom.ts";

const PAGES = ["prove", "check"];

export function pages(): void {
  const show = (isMove: boolean): void => {
    const name = location.hash.slice(1);
    const page = PAGES.includes(name) ? name : undefined;
    if (page !== undefined || !isMove) {
      for (const each of PAGES) byId(each).hidden = each !== (page ?? "prove");
    }
    const current = name === "about" ? "about" : PAGES.find((each) => !byId(each).hidden);
    for (const link of document.querySelectorAll<HTMLAnchorElement>(".masthead nav a")) {
      if (link.hash === `#${current}`) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    if (isMove && page !== undefined) scrollTo(0, 0);
  };
  addEventListener("hashchange", () => show(true));
  show(false);
}
