// The volunteer app's words. Short: they are read at night, on the run.
import { dictionary } from "../shared/i18n.ts";
import { en } from "./words-en.ts";
import { zh } from "./words-zh.ts";

export const words = dictionary(zh, en);
