"use strict";
(() => {
  const upload = document.querySelector("#upload");
  const progress = document.querySelector("#progress");
  if (upload) uploads(upload);
  if (progress) watch(progress);

  // Progress comes as HTML of the server's own template, in which all data are escaped.
  function watch(box) {
    const said = document.querySelector("#said");
    const stream = new EventSource(box.dataset.events);
    stream.addEventListener("progress", (event) => {
      box.innerHTML = event.data;
      const now = box.querySelector(".now").textContent;
      if (said.textContent !== now) said.textContent = now;
    });
    stream.addEventListener("ended", () => {
      stream.close();
      location.replace(box.dataset.page);
    });
    stream.addEventListener("error", () => {
      if (stream.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 5000);
    });
  }

  function uploads(form) {
    const list = form.querySelector("#sent");
    const input = form.querySelector("#file");
    let inside = 0;

    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send([...input.files]);
    });
    for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) {
      document.addEventListener(kind, (event) => {
        if (![...event.dataTransfer.types].includes("Files")) return;
        event.preventDefault();
        inside += { dragenter: 1, dragleave: -1 }[kind] || 0;
        if (kind === "drop") inside = 0;
        form.classList.toggle("over", inside > 0);
        if (kind === "drop") send([...event.dataTransfer.files]);
      });
    }

    async function send(files) {
      let last = null;
      for (const file of files) last = await one(file);
      form.reset();
      if (files.length === 1 && last) location.assign(last);
    }

    async function one(file) {
      const line = list.appendChild(document.createElement("li"));
      tell(line, `${file.name}: uploading`);
      if (file.size > Number(form.dataset.most)) {
        return refuse(line, file, { message: "is larger than an upload may be.", hint: "Split it." });
      }
      const body = new FormData(form);
      body.set("file", file);
      try {
        const answer = await fetch(form.action, {
          method: "POST", body, headers: { accept: "application/json" },
        });
        if (!answer.ok) return refuse(line, file, await answer.json());
        tell(line, `${file.name}: uploaded. `);
        const link = line.appendChild(document.createElement("a"));
        link.href = answer.url;
        link.textContent = "Follow it";
        return answer.url;
      } catch {
        return refuse(line, file, { message: "could not be sent.", hint: "Is the console running?" });
      }
    }

    function refuse(line, file, why) {
      tell(line, `${file.name}: ${why.message} ${why.hint}`);
      line.className = "error";
      return null;
    }

    function tell(line, text) {
      line.textContent = text;
    }
  }
})();
