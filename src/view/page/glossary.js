// The words of the page for who does not know them.

import { element } from "./words.js";

const WORDS = [
  ["Osteoclast", "A large cell that digs bone away. It forms where RANKL calls for it."],
  ["Osteoblast, osteoid", "A cell that builds bone, and the soft bone that it has just laid down."],
  ["Precursor", "A young cell of the osteoblast lineage: it makes RANKL and OPG, and may become an osteoblast."],
  ["Eroded", "A pit in bone that osteoclasts have dug, and that is not yet refilled."],
  ["Trabecula", "A thin strut of the spongy bone inside a bone. Marrow lies between the struts."],
  ["Bone volume, BV/TV", "The share of the tissue that is bone, in percent."],
  ["Remodelling", "The daily round of healthy bone: old bone is dug, new bone fills the pit."],
  ["PTHrP", "A signal that the tumour secretes. Cells of the osteoblast lineage answer with more RANKL and less OPG."],
  ["RANKL, OPG", "RANKL makes osteoclasts form; OPG catches RANKL. What counts is RANKL over OPG."],
  ["TGF-β, IGF", "Growth factors that lie stored in bone. Digging sets them free, and they feed the tumour."],
  ["The vicious cycle", "Tumour, PTHrP, RANKL, osteoclasts, dug bone, growth factors, and more tumour: the ring of the four boxes."],
  ["Held", "In the ring: a therapy, or a change, stands against this arrow."],
  ["With and without the change", "Two runs that are the same to the last cell until the day on which they part. Only one has your change."],
  ["Seed", "Which throw of the dice: the same rules with another seed give another course, as two mice differ."],
  ["pM, amol, µm", "Picomole per litre (a concentration), attomole (an amount), thousandth of a millimetre (a length)."],
  ["Fingerprint (digest)", "A number of the whole state. Two runs that have the same are the same."],
];

export function begin() {
  const list = WORDS.flatMap(([word, says]) => [element("dt", {}, word), element("dd", {}, says)]);
  document.getElementById("pane-words").append(element("dl", { class: "words" }, ...list));
}
