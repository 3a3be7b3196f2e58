// The product's one name, the same on every page, in messages and on the phone's own screen.
export const PRODUCT: { readonly zh: string; readonly en: string } = { zh: "五分钟救援圈", en: "Rescue Circle" };
