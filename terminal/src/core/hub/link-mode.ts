/** How a terminal stands to its hub: no hub in this school, itself the hub, or another that answers or does not. */
export type HubReach = "none" | "self" | "up" | "down";

/** Green: cloud and hub. Yellow: one of the two. Red: alone, with what it holds. */
export type LinkMode = "green" | "yellow" | "red";

/** What the counter shows of both ways to more money (H9). */
export function linkModeOf(isOnline: boolean, hub: HubReach): LinkMode {
  if (isOnline) return hub === "down" ? "yellow" : "green";
  return hub === "up" || hub === "self" ? "yellow" : "red";
}
