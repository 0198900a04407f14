/** Files of trained models beside the page, loaded when a view first needs them and kept. */

declare const MODEL_FILES: readonly string[];

/** Whether the page was built with this file. */
export const hasModel = (name: string): boolean => MODEL_FILES.includes(name);

const kept = new Map<string, Promise<Response>>();

async function load(name: string): Promise<Response> {
  let pending = kept.get(name);
  if (pending === undefined) {
    pending = fetch(`./models/${name}`).then((response) => {
      if (!response.ok) throw new Error(`models/${name} could not be loaded (${response.status})`);
      return response;
    });
    kept.set(name, pending);
    pending.catch(() => kept.delete(name));
  }
  return (await pending).clone();
}

export const loadBytes = async (name: string): Promise<ArrayBuffer> => (await load(name)).arrayBuffer();
export const loadJson = async (name: string): Promise<unknown> => (await load(name)).json();
