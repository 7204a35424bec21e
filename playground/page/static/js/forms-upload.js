// The field of a form into which one puts files. They are handed in when the form is sent.

import {h, fill} from "./dom.js";
import {wish} from "./forms-options.js";
import {sizeOf} from "./size.js";
import {refusal, upload} from "./upload.js";

export function drawUpload(_pane, {one, id, least, most, required, described}) {
  let files = [];
  const input = h("input", {
    class: "unseen", type: "file", id, multiple: most > 1, tabindex: "-1", "aria-hidden": "true",
    onchange: (event) => { event.stopPropagation(); add(input.files); input.value = ""; },
  });
  const button = h("button", {
    class: "form-upload-button", type: "button", onclick: () => input.click(),
    "aria-describedby": described,
  }, most > 1 ? `Choose files (${most} at the most)` : "Choose a file");
  const list = h("ul", {class: "form-files"});
  const root = h("div", {
    class: "form-upload",
    ondragover: (event) => { event.preventDefault(); root.classList.add("is-over"); },
    ondragleave: () => root.classList.remove("is-over"),
    ondrop: (event) => {
      event.preventDefault();
      root.classList.remove("is-over");
      add(event.dataTransfer.files);
    },
  }, input, button, list);
  const show = () => {
    fill(list, files.map((file, at) => h("li", {},
      h("span", {class: "form-file-name"}, file.name), h("small", {}, sizeOf(file.size)),
      h("button", {type: "button", "aria-label": `Remove ${file.name}`, onclick: () => remove(at)},
        "✕"))));
    root.dispatchEvent(new Event("input", {bubbles: true}));
  };
  const add = (more) => { files = most === 1 ? [...more].slice(0, 1) : [...files, ...more]; show(); };
  const remove = (at) => { files.splice(at, 1); show(); button.focus(); };
  return {
    root,
    focus: () => button.focus(),
    fault: () => {
      if (!files.length && !required) return null;
      if (files.length < least || files.length > most) return wish(least, most, most > 1 ? "files" : "file");
      return files.map(refusal).find(Boolean) ?? null;
    },
    read: async () => (await upload(files)).map((one) => one.id),
    keep: () => null, // a file cannot be kept over a reload
    mend: () => {},
  };
}
