// The websocket of one pane: asks and gets answers, hears events, comes back after a break.

const LONGEST_PAUSE = 3000;
const GOING_AWAY = 1001; // RFC 6455, 7.4.1: the server has ended as it should

export class Wire {
  #socket = null;
  #number = 0;
  #waiting = new Map();
  #listeners = new Map();
  #pause = 200;
  #closed = false;
  #again = 0; // the timer of the next try

  constructor() {
    this.ended = false; // whether the play was ended, so that it does not come back by itself
    this.#connect();
  }

  // Call a function with each event of a name: "up", "down" and what the server tells ("message",
  // "gone", "typing", "places", …).
  on(event, listener) {
    if (!this.#listeners.has(event)) this.#listeners.set(event, []);
    this.#listeners.get(event).push(listener);
  }

  // Ask for something; the promise is fulfilled with the answer, or rejected with an Error whose
  // message is a sentence for people.
  ask(act, asked = {}) {
    return new Promise((resolve, reject) => {
      if (this.#socket?.readyState !== WebSocket.OPEN) {
        reject(new Error(this.ended ? "The play has ended; make play begins another."
          : "The page is not connected. It comes back by itself."));
        return;
      }
      const number = ++this.#number;
      this.#waiting.set(number, {resolve, reject});
      this.#socket.send(JSON.stringify({...asked, re: number, do: act}));
    });
  }

  // Let go of the connection for good.
  close() {
    this.#closed = true;
    clearTimeout(this.#again);
    this.#socket.close();
  }

  #connect() {
    const address = new URL("live", document.baseURI);
    address.protocol = "ws:";
    const socket = new WebSocket(address);
    this.#socket = socket;
    socket.onopen = () => {
      this.#pause = 200;
      this.#tell("up");
    };
    socket.onmessage = (event) => this.#take(JSON.parse(event.data));
    socket.onclose = ({code}) => {
      this.ended ||= code === GOING_AWAY;
      this.#lost();
    };
  }

  #lost() {
    for (const {reject} of this.#waiting.values()) {
      reject(new Error("The connection broke before an answer came. Look whether it was done."));
    }
    this.#waiting.clear();
    if (this.#closed) return;
    this.#tell("down");
    if (this.ended) return;
    this.#again = setTimeout(() => this.#connect(), this.#pause);
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
  }

  #take(body) {
    if (body.on) {
      this.#tell(body.on, body);
      return;
    }
    const waiting = this.#waiting.get(body.re);
    this.#waiting.delete(body.re);
    if (body.error !== undefined) waiting?.reject(new Error(body.error));
    else waiting?.resolve(body.ok);
  }

  #tell(event, body) {
    for (const listener of this.#listeners.get(event) ?? []) listener(body);
  }
}
