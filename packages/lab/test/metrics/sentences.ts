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

/** Sentences in other scripts, with a reference each. */
export const chinese = {
  hypotheses: ["我买了一部新手机，花了5,999元。", "今天天气很好，我们去公园。", "他说“没问题”。"],
  references: ["我买了部新手机，花了5,999元。", "今天天气不错，我们去公园玩。", "他说：“没有问题”。"],
};
export const japanese = {
  hypotheses: ["東京タワーは1958年に完成しました。", "猫が机の上にいる。"],
  references: ["東京タワーは1958年に完成した。", "猫は机の上で寝ている。"],
};
export const russian = {
  hypotheses: ["Сегодня — 5,5 °C; дождь не идёт сегодня!", "Кошка спит на диване (дома)."],
  references: ["Сегодня — 5,5 °C; дождь сегодня не идёт!", "Кошка спит на мягком диване (дома)."],
};
export const thai = { hypotheses: ["แมวนอนบนโต๊ะ"], references: ["แมวกำลังนอนบนโต๊ะตัวใหญ่"] };
export const hindi = { hypotheses: ["बिल्ली मेज पर सो रही है।"], references: ["बिल्ली बड़ी मेज पर सोती है।"] };
