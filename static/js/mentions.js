// “@” in a note offers those of the team who may see the conversation.
import { before, close, isOpen, offer, replace } from "./picker.js";

const ASKED = /(?:^|[\s(])@([^\n@]{0,40})$/;
const MOST = 8;

const fitting = (words) => {
  const start = words.toLowerCase();
  const all = [...document.querySelectorAll("#mentionable [data-name]")];
  return all.filter(({ dataset: { name } }) => ` ${name.toLowerCase()}`.includes(` ${start}`)).slice(0, MOST);
};

const option = ({ dataset: { name, initials } }, number) => {
  const drawn = document.createElement("div");
  drawn.className = "pick";
  drawn.id = `pick-${number}`;
  drawn.setAttribute("role", "option");
  drawn.dataset.text = name;
  const avatar = document.createElement("span");
  avatar.className = "avatar avatar--small";
  avatar.setAttribute("aria-hidden", "true");
  avatar.textContent = initials;
  drawn.append(avatar, name);
  return drawn;
};

document.addEventListener("input", ({ target: text }) => {
  if (!text.matches?.("[data-mentions]")) return;
  const asked = before(text, ASKED);
  const found = asked ? fitting(asked[1]) : [];
  if (found.length) {
    offer(text, found.map(option), "Members", (taken) => replace(text, asked[1].length + 1, `@${taken.dataset.text} `));
  } else if (isOpen()) close();
});
