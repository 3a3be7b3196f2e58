// What the phone says of an alert that rings: "no_sound" where nobody can hear it, so that the service rings another way,
// and "seen" once a person has touched the phone. Neither is ever said by the app's own guess.

export interface HeedPorts {
  send(frame: { type: "seen" | "no_sound"; alert_id: string }): void;
  /** The alert that rings now, if any. */
  ringing(): string | null;
  sounds(): boolean;
  later(run: () => void, ms: number): void;
}

/** A browser that may sound does so within this; one that waits for a tap never will. */
export const SOUNDS_WITHIN_MS = 700;

export class Heed {
  #seen: string | null = null;

  constructor(private readonly ports: HeedPorts) {}

  /** An alert has come and should ring by now. */
  came(alertId: string): void {
    this.ports.later(() => {
      if (this.ports.ringing() === alertId && !this.ports.sounds()) this.ports.send({ type: "no_sound", alert_id: alertId });
    }, SOUNDS_WITHIN_MS);
  }

  /** A finger or a key on the page, or on the notice that the phone's system shows. */
  touched(): void {
    const alertId = this.ports.ringing();
    if (alertId === null || alertId === this.#seen) return;
    this.#seen = alertId;
    this.ports.send({ type: "seen", alert_id: alertId });
  }
}
