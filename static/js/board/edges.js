// While something is carried near an edge, what lies under it scrolls that way.
import { board } from "./cards.js";

const NEAR = 56;
const FASTEST = 16;
let wanted = null;

const pull = (at, from, to) => {
  if (at < from + NEAR) return -Math.min(1, (from + NEAR - at) / NEAR) * FASTEST;
  return at > to - NEAR ? Math.min(1, (at - to + NEAR) / NEAR) * FASTEST : 0;
};

const turn = () => {
  if (!wanted) return;
  const { x, y, list } = wanted;
  const room = board().getBoundingClientRect();
  board().scrollLeft += pull(x, room.left, room.right);
  const tall = list?.getBoundingClientRect();
  if (tall) list.scrollTop += pull(y, tall.top, Math.min(tall.bottom, innerHeight));
  requestAnimationFrame(turn);
};

export const near = (x, y, list) => {
  const asleep = !wanted;
  wanted = { x, y, list };
  if (asleep) requestAnimationFrame(turn);
};

export const away = () => (wanted = null);
