// The console's words in the language that is chosen.
import { dictionary } from "../shared/i18n.ts";
import { en } from "./text-en.ts";
import { zh } from "./text-zh.ts";

export const t = dictionary(zh, en);
