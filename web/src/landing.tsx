// The front door: where each of the pages is.
import "./shared/base.css";
import "./landing.css";
import { render } from "preact";
import { Switches } from "./shared/components.tsx";
import { dictionary } from "./shared/i18n.ts";
import { PRODUCT } from "./shared/product.ts";

const words = dictionary(
  {
    title: PRODUCT.zh,
    lead: "心脏骤停后，每过一分钟，生还的机会就少一成。附近的志愿者和 AED 比救护车先到。",
    map: "AED 地图",
    mapAbout: "我附近现在能用的 AED",
    volunteer: "志愿者",
    volunteerAbout: "手机上的呼叫与路线",
    console: "调度台",
    consoleAbout: "谁在路上，一眼看清",
    emergency: "遇到紧急情况，请拨打 120",
  },
  {
    title: PRODUCT.en,
    lead: "After a cardiac arrest each minute costs a tenth of the chance to live. Volunteers and AEDs nearby are there before the ambulance.",
    map: "AED map",
    mapAbout: "AEDs near me that can be used now",
    volunteer: "Volunteers",
    volunteerAbout: "Calls and the way, on the phone",
    console: "Dispatchers",
    consoleAbout: "Who is on the way, at a glance",
    emergency: "In an emergency call 120",
  },
);

function Landing() {
  const { value } = words;
  const links = [
    { id: "to-map", href: "/map/", name: value.map, about: value.mapAbout },
    { id: "to-volunteer", href: "/volunteer/", name: value.volunteer, about: value.volunteerAbout },
    { id: "to-console", href: "/console/", name: value.console, about: value.consoleAbout },
  ];
  return (
    <div class="landing">
      <header>
        <img src="/emblem" width="48" height="48" alt="" />
        <Switches />
      </header>
      <main>
        <h1>{value.title}</h1>
        <p class="landing-lead">{value.lead}</p>
        <nav>
          {links.map(({ id, href, name, about }) => (
            <a key={id} class="card landing-link" href={href} data-testid={id}>
              <strong>{name}</strong>
              <span>{about}</span>
            </a>
          ))}
        </nav>
        <p class="note" data-kind="bad">
          {value.emergency}
        </p>
      </main>
    </div>
  );
}

render(<Landing />, document.getElementById("app") as HTMLElement);
