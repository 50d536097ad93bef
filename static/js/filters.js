// On a narrow screen the filters stand above the list: closed unless one is in force, so that the list begins soon.
const NARROW = "(width < 769px)";

export function foldFilters(scope) {
  if (!window.matchMedia(NARROW).matches) return;
  for (const details of scope.querySelectorAll(".app-filters details")) {
    if (!details.querySelector(".moj-filter__selected")) details.open = false;
  }
}
