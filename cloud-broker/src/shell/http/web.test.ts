import { describe, expect, test } from "vitest";
import { createFakeOffice, AISYAH, PASSWORD } from "./fake-office.suite.ts";
import { createWeb } from "./web.tsx";

