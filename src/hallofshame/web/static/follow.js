/* The section "Get a message" of parks and rides: asks for permission, subscribes to web push, and ends it.
   A custom element, so that it works wherever the section is put into a page. */
const REASONS = {
  insecure: "Messages take HTTPS, and this page came without it.",
  unable: "This browser receives no push messages. On an iPhone or iPad put this site on the Home Screen first, and open it there.",
  denied: "You have blocked messages of this site in your browser's settings. Allow them there first.",
  dismissed: "Your browser did not give its permission, so no message can come. Press “Tell me” to be asked again.",
};

function whyNot() {
  if (!window.isSecureContext) return REASONS.insecure;
  if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) return REASONS.unable;
  return Notification.permission === "denied" ? REASONS.denied : null;
}

async function ask(path, body) {
  const answer = await fetch(`/api/push/${path}`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.error?.message ?? `the server answered ${answer.status}`);
  return said.data;
}

async function subscriptionNow() {
  const registration = await navigator.serviceWorker.getRegistration("/");
  return (await registration?.pushManager.getSubscription()) ?? null;
}

async function subscribe(key) {
  await navigator.serviceWorker.register("/sw.js");
  const { pushManager } = await navigator.serviceWorker.ready;
  const known = await pushManager.getSubscription();
  // One of another key, as after this site lost its own, would take no message.
  if (known !== null && base64url(known.options.applicationServerKey) !== key) await known.unsubscribe();
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

const base64url = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer ?? new ArrayBuffer(0))))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

class FollowPlace extends HTMLElement {
  connectedCallback() {
    if (this.form !== undefined) return;
    this.form = this.querySelector("form");
    this.fields = this.form.querySelector("fieldset");
    this.status = this.form.querySelector("[role=status]");
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.busy(() => this.follow());
    });
    this.form.elements.stop.addEventListener("click", () => this.busy(() => this.stop()));
    const reason = whyNot();
    if (reason !== null) return void this.say(reason);
    this.fields.hidden = false;
    this.status.replaceChildren();
    this.busy(() => this.show());
  }

  get place() {
    return this.dataset.ride ? { ride_id: Number(this.dataset.ride) } : { park_id: Number(this.dataset.park) };
  }

  /** Show what this browser follows. */
  async show() {
    const subscription = await subscriptionNow();
    if (subscription !== null) this.take(await ask("following", { endpoint: subscription.endpoint }), false);
  }

  async follow() {
    const { down, reopened, wait } = this.form.elements;
    if (!down.checked && !reopened.checked && wait.value === "") return void this.say("Choose what to be told of.");
    if ((await Notification.requestPermission()) !== "granted") {
      return void this.say(Notification.permission === "denied" ? REASONS.denied : REASONS.dismissed);
    }
    const subscription = await subscribe(this.dataset.key);
    const wants = { down: down.checked, reopened: reopened.checked, wait_minutes: wait.value === "" ? null : Number(wait.value) };
    this.take(await ask("follow", { subscription: subscription.toJSON(), ...this.place, ...wants }), true);
  }

  async stop() {
    const subscription = await subscriptionNow();
    if (subscription === null) return void this.take({ token: null, follows: [] }, true);
    const left = await ask("follow", { subscription: subscription.toJSON(), ...this.place });
    if (left.follows.length === 0) await subscription.unsubscribe();
    this.take(left, true);
  }

  /** Show an answer: what of this place is followed, and what else. */
  take({ token, follows }, isNew) {
    const { ride, park } = this.dataset;
    const mine = follows.find((row) => (ride ? row.ride_id === Number(ride) : row.ride_id === 0 && row.park_id === Number(park)));
    const { down, reopened, wait, stop } = this.form.elements;
    stop.hidden = mine === undefined;
    if (mine !== undefined) {
      down.checked = mine.down;
      reopened.checked = mine.reopened;
      wait.value = mine.wait_minutes === null ? "" : String(mine.wait_minutes);
    }
    const words = mine !== undefined ? "You will be told on this device." : isNew ? "Stopped: nothing of this will be told any more." : "";
    this.say(words);
    if (token === null || follows.length === 0) return;
    const link = document.createElement("a");
    link.href = `/following/${token}`;
    link.textContent = follows.length === 1 && mine !== undefined ? "Everything it follows" : `Everything it follows (${follows.length})`;
    this.status.append(words === "" ? "" : " ", link);
  }

  say(words) {
    this.status.replaceChildren(words);
  }

  /** Do a task with the buttons out of reach; what fails is said. */
  async busy(task) {
    this.fields.disabled = true;
    try {
      await task();
    } catch (problem) {
      console.warn("Following failed:", problem);
      this.say(`That did not work: ${problem instanceof Error ? problem.message : problem}`);
    }
    this.fields.disabled = false;
  }
}

customElements.define("follow-place", FollowPlace);
