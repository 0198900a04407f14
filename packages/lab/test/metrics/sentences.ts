/** Sentences of our own for the text scores, with two references each. */

export const hypotheses = [
  "The boats returned at 6.30 p.m., loaded with herring.",
  "Three children build a sand castle on the beach!",
  "Prices rose by 1,250 - more than anyone (even us) expected.",
  "Ein Kind läuft über die Brücke.",
  "",
  'He said: "Fish &amp; chips" cost £5.',
  "A dog runs.",
];

export const twoReferences = [
  ["The boats came back at 6.30 p.m. loaded with herring.", "At 6.30 p.m., the boats returned full of herring."],
  ["Three children are building a sand castle at the beach.", "Kids build a castle of sand on a beach!"],
  [
    "Prices rose by 1,250, which is more than anyone (even we) had expected.",
    "The price went up by 1250 - more than expected.",
  ],
  ["Ein Kind rennt über die Brücke.", "Das Kind läuft über eine Brücke."],
  ["Nothing was said.", "No one spoke."],
  ['He said "Fish & chips" cost £ 5.', '"Fish & chips", he said, cost £5.'],
  ["A dog runs.", "The dog is running."],
];

export const oneReference = twoReferences.map(([first]) => first!);
