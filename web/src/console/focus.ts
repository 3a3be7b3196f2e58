// Brings the keyboard to a part of the page once it has been drawn.

const PLACES = {
  list: "[data-focus=list]",
  selected: ".incident[aria-current=true]",
  people: "[data-focus=people]",
  timeline: "[data-focus=timeline]",
  actions: "[data-focus=actions]",
  "new-call": "[data-testid=new-call]",
} as const;

export function focusOn(place: keyof typeof PLACES): void {
  requestAnimationFrame(() => {
    const found = document.querySelector<HTMLElement>(PLACES[place]);
    found?.focus();
    found?.scrollIntoView({ block: "nearest" });
  });
}
