/**
 * Which instant does a YAML timestamp name?
 *
 * The shapes that go-yaml v3.0.4 takes, with Go's idea of each field, to RFC 3339 as Go writes it.
 */

const DATE = String.raw`(\d{4})-(\d\d?)-(\d\d?)`;
const CLOCK = String.raw`(\d\d?):(\d\d?):(\d\d?)(?:[.,](\d+))?`;
const ZONED = new RegExp(`^${DATE}[Tt]${CLOCK}(Z|[-+]\\d\\d:\\d\\d)$`);
const LOCAL = new RegExp(`^${DATE} +${CLOCK}$`);
const DAY = new RegExp(`^${DATE}()()()$`);

/**
 * The timestamp in canonical form, or undefined where the text is none. A text without a zone is UTC; with one of 24 hours
 * or more it is a timestamp that sops cannot write (`isCanonicalTime` tells).
 */
export function timestampOf(text: string): string | undefined {
  const match = ZONED.exec(text) ?? LOCAL.exec(text) ?? DAY.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((field) => field.padStart(2, "0"));
  const [fraction = "", zone = "Z"] = match.slice(7);
  const offset = offsetOf(zone);
  if (offset === undefined || !isDay(Number(year), Number(month), Number(day))) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const nanoseconds = fraction.slice(0, 9).replace(/0+$/, "");
  return `${year}-${month}-${day}T${hour}:${minute}:${second}${nanoseconds === "" ? "" : `.${nanoseconds}`}${offset}`;
}

function isDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return day <= (days[month - 1] ?? 0);
}

/** The zone as Go writes it, or undefined where it is none; Go takes up to 24 hours and 60 minutes. */
function offsetOf(zone: string): string | undefined {
  if (zone === "Z") return zone;
  const [hours = 0, minutes = 0] = zone.slice(1).split(":").map(Number);
  if (hours > 24 || minutes > 60) return undefined;
  const total = hours * 60 + minutes;
  const field = (value: number): string => String(Math.floor(value)).padStart(2, "0");
  return total === 0 ? "Z" : `${zone.charAt(0)}${field(total / 60)}:${field(total % 60)}`;
}
