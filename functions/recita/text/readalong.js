"use strict";
(() => {
  const sound = document.querySelector("audio");
  const button = document.querySelector("button");
  const milliseconds = (element) => Number(element.dataset.t);
  const inTime = (elements) => [...elements].sort((a, b) => milliseconds(a) - milliseconds(b));
  const words = inTime(document.querySelectorAll(".say [data-t]"));
  const says = inTime(document.querySelectorAll(".say[data-t]"));
  const inOrder = [...document.querySelectorAll(".say[data-t]")];
  let lit = null;
  let current = null;
  let follows = true;

  // The last element that begins by `time`; 5 ms allow for how players round what they seek to.
  function at(elements, time) {
    let low = 0;
    let high = elements.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (milliseconds(elements[middle]) <= time + 5) low = middle + 1;
      else high = middle;
    }
    return elements[low - 1] || null;
  }

  function show() {
    const silent = sound.ended || (sound.paused && sound.currentTime === 0);
    const time = sound.currentTime * 1000;
    const say = silent ? null : at(says, time);
    const word = silent ? null : at(words, time);
    light(word && say && say.contains(word) ? word : null);
    mark(say);
  }

  function light(word) {
    if (word === lit) return;
    if (lit) lit.classList.remove("lit");
    if (word) word.classList.add("lit");
    lit = word;
  }

  function mark(say) {
    if (say === current) return;
    if (current) current.removeAttribute("aria-current");
    current = say;
    if (!say) return;
    say.setAttribute("aria-current", "true");
    if (!inOrder.includes(document.activeElement)) reachable(say);
    if (follows && !sound.paused) say.scrollIntoView({ block: "nearest" });
  }

  // One sentence at a time is a stop of the Tab key; arrows lead to the others.
  function reachable(say) {
    for (const other of inOrder) other.tabIndex = other === say ? 0 : -1;
  }

  function frame() {
    show();
    if (!sound.paused && !sound.ended) requestAnimationFrame(frame);
  }

  function play() {
    follows = true;
    sound.play().catch(() => {});
  }

  function hear(element) {
    sound.currentTime = milliseconds(element) / 1000;
    play();
  }

  function neighbour(say, key) {
    const rightToLeft = getComputedStyle(say).direction === "rtl";
    const forward = ["ArrowDown", rightToLeft ? "ArrowLeft" : "ArrowRight"];
    const back = ["ArrowUp", rightToLeft ? "ArrowRight" : "ArrowLeft"];
    const place = inOrder.indexOf(say);
    if (forward.includes(key)) return inOrder[place + 1];
    if (back.includes(key)) return inOrder[place - 1];
    if (key === "Home") return inOrder[0];
    return key === "End" ? inOrder[inOrder.length - 1] : undefined;
  }

  document.addEventListener("click", (event) => {
    const found = event.target.closest("[data-t]");
    if (found && getSelection().isCollapsed) hear(found);
  });

  document.addEventListener("keydown", (event) => {
    const say = event.target.closest(".say[data-t]");
    if (!say || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    const next = neighbour(say, event.key);
    if (next) next.focus();
    else if (event.key === "Enter" || event.key === " ") hear(say);
    else return;
    event.preventDefault();
  });

  document.addEventListener("focusin", (event) => {
    if (inOrder.includes(event.target)) reachable(event.target);
  });

  for (const kind of ["wheel", "touchmove"]) {
    document.addEventListener(kind, () => { follows = false; }, { passive: true });
  }

  function label() {
    button.textContent = sound.paused ? button.dataset.play : button.dataset.pause;
    frame();
  }

  for (const kind of ["play", "pause", "ended"]) sound.addEventListener(kind, label);
  for (const kind of ["seeked", "timeupdate"]) sound.addEventListener(kind, show);
  sound.addEventListener("error", () => { document.querySelector("#lost").hidden = false; });
  if (sound.error) document.querySelector("#lost").hidden = false;
  button.addEventListener("click", () => (sound.paused ? play() : sound.pause()));
  for (const say of inOrder) say.setAttribute("role", "button");
  if (inOrder.length) reachable(inOrder[0]);
  for (const hidden of [button, document.querySelector("#how")]) hidden.hidden = false;
})();
