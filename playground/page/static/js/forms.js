// Forms that pop up (modals).

import {h, fill} from "./dom.js";

export function drawForms(pane) {
  const dialog = h("dialog", {class: "form"});
  pane.on("form", (modal) => {
    if (!modal) { dialog.close(); return; }
    const fields = modal.components.flatMap((one) => one.component ? [one] : []);
    const inputs = fields.map((one) => [one.component.custom_id,
      h("textarea", {value: one.component.value ?? "", "aria-label": one.label})]);
    const send = async (event) => {
      event.preventDefault();
      const values = Object.fromEntries(inputs.map(([id, input]) => [id, input.value]));
      await pane.interact("submit", {key: modal.key, values});
      dialog.close();
    };
    fill(dialog, h("form", {onsubmit: send}, h("h2", {}, modal.title),
      inputs.map(([, input]) => input), h("button", {}, "Submit")));
    dialog.showModal();
  });
  return dialog;
}
