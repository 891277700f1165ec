// The words of the page for who does not know them.

import { element } from "./words.js";

const WORDS = [
  ["Osteoclast", "A large cell that digs bone away. It forms where RANKL calls for it."],
  ["Osteoblast, osteoid", "A cell that builds bone, and the soft bone that it has just laid down."],
  ["Osteoblast lineage", "Precursors, osteoblasts, and what osteoblasts become: cells that line bone, and osteocytes inside it. The box of the ring counts precursors and osteoblasts."],
  ["Precursor", "A young cell of the osteoblast lineage: it makes RANKL and OPG, and may become an osteoblast."],
  ["Osteocyte, lining cell", "Cells inside bone and on its surface. In healthy bone most RANKL comes from them, so osteoclasts go on where precursors are gone."],
  ["Eroded", "A pit in bone that osteoclasts have dug, and that is not yet refilled."],
  ["Trabecula", "A thin strut of the spongy bone inside a bone. Marrow lies between the struts."],
  ["Bone volume, BV/TV", "The share of the tissue that is bone, in percent."],
  ["Remodelling", "The daily round of healthy bone: old bone is dug, new bone fills the pit."],
  ["PTHrP", "A signal that the tumour secretes. Cells of the osteoblast lineage answer with more RANKL and less OPG."],
  ["RANKL, OPG", "RANKL makes osteoclasts form; OPG catches RANKL. What counts is RANKL over OPG, and any drug that catches RANKL: the ratio of the ring does not count the drug."],
  ["RANK engaged", "The share of the receptors for RANKL that hold one, from 0 to 1, after OPG and drugs have caught theirs: what makes osteoclasts form."],
  ["Free and bound", "An antibody binds a signal without taking it away at once. What is bound is not heard; a number of \"free and bound\" counts both."],
  ["OPG-Fc, denosumab", "Two drugs that catch RANKL, so that no osteoclast forms. Denosumab is an antibody and knows the RANKL of man alone."],
  ["Zoledronate", "A bisphosphonate: it lies on bone, and harms the osteoclast that digs it up."],
  ["Antibody", "A protein that fits one other molecule and binds it."],
  ["Docetaxel", "A chemotherapy: it kills cells that divide."],
  ["TGF-β, IGF", "Growth factors that lie stored in bone. Digging sets them free, and they feed the tumour."],
  ["The vicious cycle", "Tumour, PTHrP, RANKL, osteoclasts, dug bone, growth factors, and more tumour: the ring of the four boxes."],
  ["Held", "In the ring: a drug of which a dose was given, or a cut, stands against this arrow. A drug may act for weeks after its last dose."],
  ["Thickness of an arrow", "What it carries now, against the most that it carried so far in these runs: each arrow by itself."],
  ["Lesion", "The place where a tumour has made bone vanish; lytic means that bone is lost there."],
  ["Section", "A slice of one layer of sites, as under a microscope."],
  ["Vessel", "A small blood vessel in the marrow, by which drugs come and signals leave."],
  ["Fold, half_max, hill", "Of a signal that raises or lowers a rate: at most how many times, at which level by half of that, and how steeply."],
  ["Source: design, measured, fitted", "Where a value comes from: chosen by us within a range, read in a paper that is named, or set so that a published figure comes out."],
  ["With and without the change", "Two runs that are the same to the last cell until the day on which they part. Only one has your change."],
  ["Seed", "Which throw of the dice: the same rules with another seed give another course, as two mice differ."],
  ["pM, amol, µm", "Picomole per litre (a concentration), attomole (an amount), thousandth of a millimetre (a length)."],
  ["Fingerprint (digest)", "A number of the whole state. Two runs that have the same are the same."],
];

export function begin() {
  const list = WORDS.flatMap(([word, says]) => [element("dt", {}, word), element("dd", {}, says)]);
  document.getElementById("pane-words").append(element("dl", { class: "words" }, ...list));
}
