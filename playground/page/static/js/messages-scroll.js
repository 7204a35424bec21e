// Where the reader is in the list. At its end they stay at its end, whatever grows; elsewhere what
// they read stays where it is on the screen.

const NEAR = 60; // pixels from the end that still count as the end
const AHEAD = 1600; // pixels before an end at which more is loaded
const FAR = 2 * AHEAD; // pixels beyond which nothing is missed
const SCREENS = 2; // above the end, from which the way back is long

export class Place {
  #list;
  #asked = false;
  #top = 0; // where the reader was when it was looked last
  #size = ""; // and how large the view was

  constructor(list) {
    this.#list = list;
    this.atEnd = true;
    list.scroller.addEventListener("scroll", () => this.#scrolled(), {passive: true});
    const grown = new ResizeObserver(() => this.stay());
    grown.observe(list.inner);
    grown.observe(list.scroller);
  }

  get #scroller() {
    return this.#list.scroller;
  }

  get #left() {
    const {scrollHeight, scrollTop, clientHeight} = this.#scroller;
    return scrollHeight - scrollTop - clientHeight;
  }

  // Whether the newest messages are far below.
  get isFarUp() {
    return !this.#list.stretch.isAtEnd || this.#left > SCREENS * this.#scroller.clientHeight;
  }

  // Begin to read a channel: at its end, or at what is new if that is more than fits.
  begin(firstNew) {
    this.toEnd();
    if (!firstNew) return;
    const {top} = this.#scroller.getBoundingClientRect();
    if (firstNew.element.getBoundingClientRect().top >= top) return;
    this.atEnd = false;
    firstNew.element.scrollIntoView({block: "start"});
    this.#settle(() => firstNew.element.scrollIntoView({block: "start"}));
  }

  toEnd() {
    this.atEnd = true;
    this.#top = 0;
    this.stay();
    this.#settle(() => {
      this.stay();
      this.#look();
    });
  }

  // Whether an item is so far away that it need not be drawn.
  isFar(item) {
    const seen = this.#scroller.getBoundingClientRect();
    const {top, bottom} = item.element.getBoundingClientRect();
    return bottom < seen.top - FAR || top > seen.bottom + FAR;
  }

  // Something may have grown: whoever was at the end still is.
  stay() {
    const scroller = this.#scroller;
    // Nobody has told yet that the reader went up.
    if (scroller.scrollTop < this.#top - 1 && this.#left > NEAR) return;
    if (this.atEnd && this.#left > 1) scroller.scrollTop = scroller.scrollHeight;
    this.#top = scroller.scrollTop;
  }

  to(item) {
    this.atEnd = false;
    const show = () => item.element.scrollIntoView({block: "center"});
    show();
    this.#settle(show);
  }

  // Change the list; what is read stays where it is.
  keep(change) {
    const scroller = this.#scroller;
    if (this.atEnd) {
      const done = change();
      this.toEnd();
      return done;
    }
    const anchor = this.#anchor();
    const before = anchor?.element.getBoundingClientRect().top;
    const done = change();
    if (anchor?.element.isConnected) {
      const moved = anchor.element.getBoundingClientRect().top - before;
      if (moved) scroller.scrollTop += moved;
    }
    return done;
  }

  // The topmost message in sight.
  #anchor() {
    const {items} = this.#list;
    const {top} = this.#scroller.getBoundingClientRect();
    let [low, high] = [0, items.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (items[middle].element.getBoundingClientRect().bottom > top) high = middle;
      else low = middle + 1;
    }
    return items[low];
  }

  // Messages that come into view take their true height only then: look again once they have.
  #settle(again) {
    requestAnimationFrame(() => requestAnimationFrame(again));
  }

  #scrolled() {
    if (this.#asked) return;
    this.#asked = true;
    requestAnimationFrame(() => {
      this.#asked = false;
      this.#look();
    });
  }

  // The view may have become narrower, which moves the end away: nobody scrolled then.
  #wasResized() {
    const before = this.#size;
    this.#size = `${this.#scroller.clientWidth} ${this.#scroller.clientHeight}`;
    return before !== this.#size;
  }

  #look() {
    const {history, stretch, bars} = this.#list;
    if (this.#wasResized() && this.atEnd) this.toEnd();
    const left = this.#left;
    this.#top = this.#scroller.scrollTop;
    this.atEnd = left < NEAR && stretch.isAtEnd && !history.newer;
    bars.draw();
    if (this.#scroller.scrollTop < AHEAD && !this.moreAbove()) this.#more(history.loadOlder());
    if (left < AHEAD && !this.moreBelow()) this.#more(history.loadNewer());
  }

  // Draw more of what is loaded; tells whether there was any.
  moreAbove() {
    if (this.#list.stretch.isAtStart) return false;
    return this.keep(() => this.#list.stretch.growUp());
  }

  moreBelow() {
    if (this.#list.stretch.isAtEnd) return false;
    return this.keep(() => this.#list.stretch.growDown());
  }

  async #more(loading) {
    try {
      await loading;
    } catch (error) {
      this.#list.bars.fail(error.message, () => this.#look());
    }
  }
}
