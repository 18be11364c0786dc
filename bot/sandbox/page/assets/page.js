// Keeps a page as it would be after a reload, without reloading it: nothing flickers, and what is being typed stays.
// Every page works without this script too.
"use strict";

(() => {
  const EVERY = 800;
  const TAB_ATTRIBUTES = ["aria-selected", "tabindex", "hidden", "aria-busy"];
  let tag = null;
  let waiting = null;

  // Change `old` into `fresh` by touching only what differs. Elements with the same id are the same element.
  function morph(old, fresh, news) {
    if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName) {
      old.replaceWith(fresh);
      collect(fresh, news);
      return;
    }
    if (old.nodeType !== Node.ELEMENT_NODE) {
      if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
      return;
    }
    if (old.id === "news" || old.id === "flash") return;
    if (old.nodeName === "TIME" && old.dateTime === fresh.dateTime) return;
    if (old.dataset.news !== fresh.dataset.news) announce(old, fresh.dataset.news, news);
    morphAttributes(old, fresh);
    if (old.dataset.keep === undefined) morphChildren(old, fresh, news);
  }

  function morphAttributes(old, fresh) {
    for (const { name } of [...old.attributes]) {
      if (!fresh.hasAttribute(name) && !isOwn(old, name)) old.removeAttribute(name);
    }
    for (const { name, value } of fresh.attributes) {
      if (old.getAttribute(name) !== value && !isOwn(old, name)) old.setAttribute(name, value);
    }
    if (old.nodeName === "OPTION" && document.activeElement !== old.parentElement) old.selected = fresh.selected;
  }

  // What belongs to the visitor and not to the server: whether something is unfolded, chosen, or just arrived.
  function isOwn(element, name) {
    return (name === "open" && element.nodeName === "DETAILS") || name === "data-fresh" ||
      (TAB_ATTRIBUTES.includes(name) && element.closest(".editor") !== null) ||
      (element.dataset.keep !== undefined && (name === "value" || name === "checked"));
  }

  // A child is the same one as before when it has the same id or, without one, the same place among its kind. Where
  // something comes in between, it is text that moves and not elements: one that moves would lose the focus.
  function morphChildren(old, fresh, news) {
    const known = new Map(withKeys(old));
    const next = withKeys(fresh);
    const staying = new Set(next.map(([key]) => key));
    // What goes away goes first: nothing has to move past it then.
    for (const [key, left] of known) {
      if (!staying.has(key)) left.remove();
    }
    let here = old.firstChild;
    for (const [key, wanted] of next) {
      const match = known.get(key);
      if (!match) {
        old.insertBefore(wanted, here);
        collect(wanted, news);
        continue;
      }
      if (match === here) here = here.nextSibling;
      else old.insertBefore(match, here);
      morph(match, wanted, news);
    }
  }

  function withKeys(parent) {
    const counts = {};
    return [...parent.childNodes].map((child) => {
      if (child.id) return [child.id, child];
      counts[child.nodeName] = (counts[child.nodeName] ?? 0) + 1;
      return [`${child.nodeName} ${counts[child.nodeName]}`, child];
    });
  }

  function announce(element, words, news) {
    if (!words) return;
    news.push(words);
    element.dataset.fresh = "";
    setTimeout(() => delete element.dataset.fresh, 2500);
  }

  function collect(node, news) {
    if (node.nodeType !== Node.ELEMENT_NODE) return;
    for (const element of [node, ...node.querySelectorAll("[data-news]")]) announce(element, element.dataset.news, news);
  }

  // Show what the server answered, and keep under the eyes whatever has the focus.
  function show(text) {
    const fresh = new DOMParser().parseFromString(text, "text/html");
    const focused = document.activeElement;
    const top = focused && focused !== document.body ? focused.getBoundingClientRect().top : null;
    const news = [];
    if (document.title !== fresh.title) document.title = fresh.title;
    const sameKind = document.body.className === fresh.body.className;
    morph(document.body, fresh.body, sameKind ? news : []);
    if (top !== null && focused.isConnected) scrollBy({ top: focused.getBoundingClientRect().top - top, behavior: "instant" });
    tellTimes();
    say(news);
    follow();
  }

  function say(news) {
    const place = document.getElementById("news");
    if (place && news.length) place.textContent = [...new Set(news)].slice(-4).join(". ");
  }

  function complain(words) {
    const place = document.getElementById("flash");
    if (!place) return;
    place.replaceChildren();
    if (words) {
      const line = document.createElement("p");
      line.className = "problem";
      line.textContent = words;
      place.append(line);
      place.scrollIntoView({ block: "nearest" });
    }
  }

  async function look() {
    waiting = null;
    if (!document.hidden) {
      try {
        const answer = await fetch(location.href, { headers: tag ? { "If-None-Match": tag } : {}, cache: "no-store" });
        if (answer.status !== 304) {
          tag = answer.headers.get("ETag");
          show(await answer.text());
        }
        document.documentElement.removeAttribute("data-gone");
      } catch {
        document.documentElement.setAttribute("data-gone", "");
      }
    }
    again();
  }

  function again(after = EVERY) {
    if (waiting !== null) clearTimeout(waiting);
    waiting = setTimeout(look, after);
  }

  // The story takes the visitor along, from page to page and to what happens there, unless something is being typed.
  function follow() {
    const player = document.querySelector(".player");
    if (!player) return;
    const { cue, watch, now } = player.dataset;
    const seen = sessionStorage.getItem("cue");
    if (!watch || cue === seen) return;
    sessionStorage.setItem("cue", cue);
    if (seen === null && now === undefined) return; // A window that was opened between two scenes stays where it is.
    const typing = document.activeElement?.matches?.("textarea, input") && document.activeElement.value;
    if (location.pathname !== watch.split("#")[0] && !typing) location.assign(watch);
    else if (!typing) reveal();
  }

  // While the story plays, what has just been said is what one wants to see.
  function reveal() {
    const box = document.querySelector(".merge-box, .gate");
    box?.scrollIntoView({ block: "end", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth" });
  }

  // "2 minutes ago"; the exact time stays in the title.
  function tellTimes() {
    const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
    for (const element of document.querySelectorAll("time[datetime]")) {
      const seconds = (Date.parse(element.dateTime) - Date.now()) / 1000;
      const size = Math.abs(seconds);
      let words = null;
      if (size < 10) words = "just now";
      else if (size < 60) words = relative.format(Math.round(seconds / 10) * 10, "second");
      else if (size < 3600) words = relative.format(Math.round(seconds / 60), "minute");
      else if (size < 86400) words = relative.format(Math.round(seconds / 3600), "hour");
      if (words !== null && element.textContent !== words) element.textContent = words;
    }
  }

  async function send(form, button) {
    const body = new URLSearchParams(new FormData(form, button));
    complain("");
    form.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.action, { method: "POST", body });
      const text = await answer.text();
      const problem = answer.ok ? null : new DOMParser().parseFromString(text, "text/html").querySelector("#flash .problem");
      if (problem) {
        complain(problem.textContent);
        return;
      }
      if (form.dataset.reset !== undefined) {
        form.reset();
        choose(form.querySelector("[role=tab]"));
      }
      if (new URL(answer.url).pathname !== location.pathname) {
        location.assign(answer.url);
        return;
      }
      tag = null;
      show(text);
    } catch {
      complain("The sandbox does not answer. Was it stopped?");
    } finally {
      form.removeAttribute("aria-busy");
    }
  }

  // Write and Preview, as tabs: one is in the tab order, the arrows go to the other.
  function choose(tab) {
    if (!tab) return;
    for (const one of tab.parentElement.querySelectorAll("[role=tab]")) {
      one.setAttribute("aria-selected", one === tab);
      one.tabIndex = one === tab ? 0 : -1;
      document.getElementById(one.getAttribute("aria-controls")).hidden = one !== tab;
    }
    if (tab.id === "tab-preview") preview(tab.closest(".editor"), document.getElementById("panel-preview"));
  }

  // The server renders it, by the rules of all comments; so what is shown here is as safe as what is shown there.
  async function preview(editor, panel) {
    const written = editor.querySelector("textarea").value;
    if (!written.trim()) {
      panel.textContent = "Nothing to preview.";
      return;
    }
    const token = editor.closest("form").elements.namedItem("token").value;
    panel.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(editor.dataset.preview, { method: "POST", body: new URLSearchParams({ token, body: written }) });
      const shown = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (answer.ok) panel.replaceChildren(...shown.body.childNodes);
      else panel.textContent = shown.querySelector("#flash .problem")?.textContent ?? "This cannot be shown.";
      tellTimes();
    } catch {
      panel.textContent = "The sandbox does not answer. Was it stopped?";
    } finally {
      panel.removeAttribute("aria-busy");
    }
  }

  document.addEventListener("submit", (event) => {
    if (event.target.method !== "post") return;
    event.preventDefault();
    send(event.target, event.submitter);
  });

  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (form?.dataset.onChange !== undefined) form.requestSubmit();
  });

  document.addEventListener("click", (event) => {
    const tab = event.target.closest(".editor [role=tab]");
    const chip = event.target.closest("[data-insert]");
    const copier = event.target.closest("[data-copy]");
    if (tab) choose(tab);
    else if (chip) {
      choose(document.getElementById("tab-write"));
      const area = chip.closest("form").querySelector("textarea");
      area.value = chip.dataset.insert;
      area.focus();
    } else if (copier) {
      navigator.clipboard.writeText(document.getElementById(copier.dataset.copy).textContent);
      copier.textContent = "Copied";
    }
  });

  document.addEventListener("keydown", (event) => {
    const tab = event.target.closest(".editor [role=tab]");
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.closest(".editor")) {
      event.preventDefault();
      event.target.closest("form").requestSubmit();
    } else if (tab && ["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) {
      const tabs = [...tab.parentElement.children];
      const towards = { ArrowLeft: tabs.indexOf(tab) - 1, ArrowRight: tabs.indexOf(tab) + 1, Home: 0, End: -1 }[event.key];
      const next = tabs.at(towards % tabs.length);
      event.preventDefault();
      choose(next);
      next.focus();
    }
  });

  // A field that must be filled in has to be seen before the browser can say so.
  document.addEventListener("invalid", (event) => {
    if (event.target.closest(".editor [hidden]")) choose(document.getElementById("tab-write"));
  }, true);

  document.addEventListener("visibilitychange", () => document.hidden || again(0));
  setInterval(tellTimes, 10000);
  tellTimes();
  follow();
  again();
})();
