// Sorting of 64-bit items by their high half, a key, in ascending order and stably: by insertion where they are few,
// else by radix, eight bits at a time.

const FEW: i32 = 48;
const DIGITS: usize = 256 * 4;

/** Bytes of scratch to sort count items. */
export function sortBytes(count: i32): usize {
  return (<usize>count) * 8 + 4 * DIGITS;
}

/** The key by which greater float32 scores come first. */
export function descendingKey(score: f32): u32 {
  const bits = reinterpret<u32>(score);
  return bits & 0x80000000 ? bits : ~(bits | 0x80000000);
}

/** Sorts in place. */
export function sortItems(items: usize, count: i32, work: usize): void {
  if (count <= FEW) insertionSort(items, count);
  else radixSort(items, count, work);
}

function insertionSort(items: usize, count: i32): void {
  const end = items + ((<usize>count) << 3);
  for (let p = items + 8; p < end; p += 8) {
    const item = load<u64>(p);
    let q = p;
    while (q > items && load<u64>(q - 8) > item) {
      store<u64>(q, load<u64>(q - 8));
      q -= 8;
    }
    store<u64>(q, item);
  }
}

function radixSort(items: usize, count: i32, work: usize): void {
  const size = (<usize>count) << 3;
  const tallies = work + size;
  memory.fill(tallies, 0, 4 * DIGITS);
  for (let p = items; p < items + size; p += 8) {
    const key = load<u32>(p, 4);
    tally(tallies, key & 255);
    tally(tallies + DIGITS, (key >> 8) & 255);
    tally(tallies + 2 * DIGITS, (key >> 16) & 255);
    tally(tallies + 3 * DIGITS, key >> 24);
  }
  let from = items;
  let to = work;
  for (let shift: u32 = 0; shift < 32; shift += 8) {
    const places = tallies + (<usize>shift >> 3) * DIGITS;
    // nothing to do where all keys share the digit
    if (load<i32>(places + ((<usize>((load<u32>(from, 4) >> shift) & 255)) << 2)) == count) continue;
    let next = to;
    for (let p = places; p < places + DIGITS; p += 4) {
      const c = load<u32>(p);
      store<u32>(p, <u32>next);
      next += (<usize>c) << 3;
    }
    for (let p = from; p < from + size; p += 8) {
      const item = load<u64>(p);
      const place = places + ((<usize>((<u32>(item >> 32) >> shift) & 255)) << 2);
      const at = load<u32>(place);
      store<u64>(at, item);
      store<u32>(place, at + 8);
    }
    const other = from;
    from = to;
    to = other;
  }
  if (from != items) memory.copy(items, from, size);
}

function tally(tallies: usize, digit: u32): void {
  const p = tallies + ((<usize>digit) << 2);
  store<i32>(p, load<i32>(p) + 1);
}
