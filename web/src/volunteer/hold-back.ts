// A phone that was woken by a notice rings on a page that nobody has touched yet. There browsers pass over the entries that
// a page has added to its history, so that Back would leave the alarm; a close watcher is asked before them.

interface Watcher {
  onclose: (() => void) | null;
  destroy(): void;
}
type Watchers = new () => Watcher;

/** Back closes nothing until the function that is returned is called. Does nothing where the browser has no close watchers. */
export function holdBack(watchers: Watchers | undefined = (globalThis as { CloseWatcher?: Watchers }).CloseWatcher): () => void {
  let watcher: Watcher | null = null;
  const hold = () => {
    if (watchers === undefined) return;
    try {
      watcher = new watchers();
      watcher.onclose = hold;
    } catch {
      // A page that is being left may have none: then there is nothing to hold.
      watcher = null;
    }
  };
  hold();
  return () => {
    if (watcher === null) return;
    watcher.onclose = null;
    watcher.destroy();
  };
}
