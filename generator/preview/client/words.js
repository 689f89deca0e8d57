// How the preview says counts and times.

/** "1 page", "2 pages", "1,200 pages". */
export const count = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;

/** "about 3 minutes left", from seconds; nothing when it is not known. */
export function left(seconds) {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return "";
  if (seconds < 5) return "a few seconds left";
  if (seconds < 55) return `about ${5 * Math.round(seconds / 5)} seconds left`;
  if (seconds < 90) return "about a minute left";
  if (seconds < 5400) return `about ${Math.round(seconds / 60)} minutes left`;
  return `about ${Math.round(seconds / 3600)} hours left`;
}

/** "step 1,200 of 5,000, about 3 minutes left"; the time goes on while nothing new is heard. */
export function remaining({ progress, heard }, now) {
  if (!progress) return "";
  const { step, total, seconds_left: seconds } = progress;
  const done = step === null || step === undefined ? "" : total ? `step ${step.toLocaleString("en")} of ${total.toLocaleString("en")}` : `step ${step.toLocaleString("en")}`;
  const since = seconds === null || seconds === undefined ? undefined : Math.max(0, seconds - (now - heard) / 1000);
  return [done, left(since)].filter(Boolean).join(", ");
}

/** "0.912", "1,234.5": a number as a reader compares it. */
export const figure = (value) =>
  typeof value === "number" ? value.toLocaleString("en", { maximumSignificantDigits: 6 }) : String(value ?? "–");

/** "+1.2 %", with a true minus sign. */
export function percent(value) {
  if (typeof value !== "number" || !Number.isFinite(value)) return "";
  const size = Math.abs(value), digits = size < 10 ? { maximumSignificantDigits: 3 } : { maximumFractionDigits: 0 };
  return `${value > 0 ? "+" : value < 0 ? "−" : ""}${size.toLocaleString("en", digits)} %`;
}
