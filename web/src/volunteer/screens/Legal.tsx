import { words } from "../words.ts";
import { Page } from "./parts.tsx";

export function LegalScreen() {
  const { legal } = words.value;
  return (
    <Page title={legal.title}>
      <section class="card stack">
        <h2>{legal.law}</h2>
        <p class="law prose">{legal.article}</p>
        <p>{legal.plain}</p>
      </section>
      <section class="card stack">
        <h2>{legal.safetyTitle}</h2>
        <ul class="list">
          {legal.safety.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      </section>
      <section class="card stack">
        <h2>{legal.afterTitle}</h2>
        <p>{legal.after}</p>
      </section>
      <section class="card stack">
        <h2>{legal.dataTitle}</h2>
        <p>{legal.data}</p>
      </section>
    </Page>
  );
}
