/** Pictures and the questions about them are read. */
import { describe, expect, it } from "vitest";
import { readEasyVqa } from "../../src/datasets/easy-vqa.ts";
import { complaint, picture, put, putPictures, putTable, temporaryFolder } from "./fixtures.ts";

const folder = temporaryFolder();

describe("easy-VQA", () => {
  const header = ["question", "answer", "image"];
  async function putVqa(pictures: readonly Uint8Array[], asked: (string | number)[][] = [["what?", "red", 1]]) {
    for (const split of ["train", "test"]) {
      await putPictures(folder, `vqa/easy_vqa_${split}_images.tar`, pictures);
      putTable(folder, `vqa/easy_vqa_${split}_questions.tsv.gz`, [header, ...asked]);
    }
  }

  it("decodes pictures to red, green and blue by number", async () => {
    await putVqa([picture([1, 2, 3]), picture([200, 100, 0, 255]), picture([7])]);
    const { train } = await readEasyVqa(folder);
    expect(train.questions).toEqual([{ question: "what?", answer: "red", image: 1 }]);
    expect(train.images.map((image) => image.length)).toEqual([12288, 12288, 12288]);
    expect(train.images.map((image) => Array.from(image.slice(-3)))).toEqual([
      [1, 2, 3],
      [200, 100, 0],
      [7, 7, 7],
    ]);
  });

  it("names the picture or the line that is wrong", async () => {
    const good = picture([1, 2, 3]);
    const cut = good.slice(0, 60);
    const faults: [() => Promise<void>, RegExp][] = [
      [() => putVqa([good, cut]), /images\.tar:train\/1\.png: not a picture in PNG/],
      [() => putVqa([good, Buffer.from("text")]), /images\.tar:train\/1\.png: not a picture in PNG/],
      [() => putVqa([good, picture([1, 2, 3], 32)]), /train\/1\.png: 32 x 32 pixels, where 64 x 64 are expected/],
      [() => putVqa([good]), /train_questions\.tsv\.gz:2: picture 1 is asked about, but there are 1$/],
      [() => putVqa([good, good], [["what?", "pink", 0]]), /:2: column "answer" must be .* got "pink"/],
      [() => putVqa([good, good], [["what?", "red", "-1"]]), /:2: column "image" must be a whole number/],
      [() => putVqa([]), /the archive has no pictures/],
    ];
    for (const [make, message] of faults) {
      await make();
      expect(await complaint(folder, () => readEasyVqa(folder))).toMatch(message);
    }
    await putVqa([good, good]);
    put(folder, "vqa/easy_vqa_test_images.tar", "");
    expect(await complaint(folder, () => readEasyVqa(folder))).toBe("vqa/easy_vqa_test_images.tar: the file is empty");
  });
});
