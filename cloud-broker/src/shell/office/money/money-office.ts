import type { MoneyDesk } from "../../http/money-desk.ts";
import type { Cloud } from "../cloud.ts";
import { approvalOrders } from "./approvals.ts";
import { cashOrders } from "./cash-orders.ts";
import { gatewayOrders } from "./gateway-orders.ts";
import { moneyReading } from "./reading.ts";
import { stallOrders } from "./stall-orders.ts";

/** The school's money desk over the store. */
export function createMoneyDesk(cloud: Cloud): MoneyDesk {
  return {
    reading: moneyReading(cloud),
    writing: {
      ...approvalOrders(cloud),
      ...cashOrders(cloud),
      ...stallOrders(cloud),
      ...gatewayOrders(cloud),
    },
  };
}
