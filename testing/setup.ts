/** A test that asserts nothing fails, in every package. */
import { beforeEach, expect } from "vitest";

beforeEach(() => expect.hasAssertions());
