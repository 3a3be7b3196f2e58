// The service's own clock: in a demo it runs faster than the wall's, and a phone's clock may be wrong.
import { signal } from "@preact/signals";

let serviceAt = Date.now();
let localAt = Date.now();
let speed = 1;

/** As `welcome.now` and `GET /api/clock` tell. */
export function setServiceClock(now: string, atSpeed: number = speed): void {
  serviceAt = Date.parse(now);
  localAt = Date.now();
  speed = atSpeed;
  tick.value = serviceNow();
}

/** Milliseconds of the service's clock: every countdown is measured by it. */
export function serviceNow(): number {
  return serviceAt + (Date.now() - localAt) * speed;
}

/** serviceNow(), renewed each second, for what counts on the screen. */
export const tick = signal(serviceNow());
setInterval(() => {
  tick.value = serviceNow();
}, 1000);
