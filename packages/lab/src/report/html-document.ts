/** A whole HTML document around a body: no script, no request, nothing that leaves the file. */
import { markup, raw, type Markup } from "../base/markup.ts";
import { HEAT_MAP_STYLE } from "../figures/heat-map.ts";
import { CURVES_STYLE } from "./learning-curves.ts";
import { PAGE_STYLE, PRINT_STYLE } from "./page-style.ts";

/** `style`: CSS rules beside the common ones. */
export function htmlDocument(title: string, body: Markup, style = ""): string {
  return markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"
        />
        <meta name="referrer" content="no-referrer" />
        <meta name="color-scheme" content="light dark" />
        <link rel="icon" href="data:," />
        <title>${title}</title>
        <style>
          ${raw(PAGE_STYLE)}${HEAT_MAP_STYLE}${raw(CURVES_STYLE)}${raw(style)}${raw(PRINT_STYLE)}
        </style>
      </head>
      <body>
        ${body}
      </body>
    </html> `.source;
}
