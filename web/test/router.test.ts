// The router against a history that goes back as a browser's does.
import { beforeEach, describe, expect, it } from "vitest";
import { type Overlay, Router } from "../src/volunteer/router.ts";

class Tab {
  entries = [{ hash: "", depth: 0 }];
  at = 0;
  left = false;
  router!: Router;
  closed: Overlay[] = [];

  open(hash: string): void {
    this.entries = [{ hash, depth: 0 }];
    this.at = 0;
    this.router = new Router(
      {
        hash: () => this.here.hash,
        depth: () => this.here.depth,
        push: (to, depth) => {
          this.entries = [...this.entries.slice(0, this.at + 1), { hash: to, depth }];
          this.at++;
        },
        replace: (to, depth) => (this.entries[this.at] = { hash: to, depth }),
        back: () => this.back(),
      },
      (overlay) => this.closed.push(overlay),
    );
  }
  get here(): { hash: string; depth: number } {
    return this.entries[this.at] as { hash: string; depth: number };
  }
  back(): void {
    if (this.at === 0) this.left = true;
    else {
      this.at--;
      this.router.moved();
    }
  }
  get shows(): string[] {
    return [this.here.hash, this.router.place.value];
  }
}

describe("the router", () => {
  let tab: Tab;
  beforeEach(() => {
    tab = new Tab();
    tab.open("");
  });

  it("gives each page an address, which opens it too", () => {
    for (const page of ["legal", "report", "report_kind", "cpr", "settings"] as const) {
      tab.open("");
      tab.router.go(page);
      const [hash] = tab.shows;
      tab.open(hash as string);
      expect(tab.router.place.value).toBe(page);
      tab.router.up();
      expect(tab.shows).toEqual(["#/", "home"]);
    }
    tab.open("#/nothing");
    expect(tab.router.place.value).toBe("home");
  });

  it("goes back page by page, and leaves only from the first one", () => {
    tab.router.go("report");
    tab.router.go("report_kind");
    tab.back();
    expect(tab.router.place.value).toBe("report");
    tab.router.up();
    expect([tab.router.place.value, tab.left]).toEqual(["home", false]);
    tab.back();
    expect(tab.left).toBe(true);
  });

  it("never leads out of a call by Back, however often", () => {
    tab.router.go("cpr");
    tab.router.cover("call");
    for (let i = 0; i < 9; i++) tab.back();
    expect([...tab.shows, tab.left]).toEqual(["#/call", "call", false]);
  });

  it("leads back to the call from what is looked at on the way", () => {
    tab.router.cover("call");
    tab.router.go("legal");
    expect(tab.router.place.value).toBe("legal");
    tab.back();
    expect(tab.router.place.value).toBe("call");
    tab.router.go("report_kind");
    tab.router.finish();
    expect(tab.router.place.value).toBe("call");
  });

  it("leaves no trace of a call that is over", () => {
    for (let i = 0; i < 3; i++) {
      tab.router.cover("call");
      tab.router.cover(null);
    }
    expect([...tab.shows, tab.at]).toEqual(["", "home", 0]);
    tab.open("#/call");
    tab.router.moved();
    expect(tab.shows).toEqual(["#/", "home"]);
  });

  it("closes a test alarm or an invitation by Back", () => {
    for (const overlay of ["test", "consent"] as const) {
      tab.open("");
      tab.router.cover(overlay);
      tab.back();
      expect([tab.router.place.value, tab.left]).toEqual(["home", false]);
    }
    expect(tab.closed).toEqual(["test", "consent"]);
  });

  it("lets a call take the place of what lay over the page before", () => {
    tab.router.cover("test");
    tab.router.cover("call");
    expect([tab.shows[0], tab.at]).toEqual(["#/call", 1]);
    tab.back();
    expect(tab.shows[0]).toBe("#/call");
  });
});
