// What the page of the board loads: each module does one thing to its cards.
import "../chooser.js";
import "./landing.js";
import "./drop.js";
import "./drag.js";
import "./touch.js";
import "./select.js";
import "./bar.js";
import "./walk.js";
import "./parked.js";
import "./panel.js";
import "./typed.js";
import "./live.js";
import "./save.js";
