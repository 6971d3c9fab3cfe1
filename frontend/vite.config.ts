/// <reference types="vitest/config" />
import { readdirSync } from "node:fs";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

const OUT = "../src/hallofshame/web/static/app";
const SERVER = process.env.HALLOFSHAME_DEV_SERVER ?? "http://127.0.0.1:8000";

/** Writes the names of the built files into the service worker, so that it can hold them for offline use. */
function shellOfWorker(): Plugin {
  return {
    name: "hallofshame-shell-of-worker",
    generateBundle(_options, bundle) {
      const worker = bundle["sw.js"];
      if (worker?.type !== "chunk") return;
      // Two builds share the folder: that of the views is there already.
      const files = [...new Set([...Object.keys(bundle), ...readdirSync(`${OUT}/assets`).map((name) => `assets/${name}`)])]
        .filter((name) => name.startsWith("assets/"))
        .sort();
      if (!worker.code.includes("__SHELL__")) this.error("sw.ts lost the place for its list of files");
      worker.code = worker.code.replaceAll("__SHELL__", JSON.stringify(files.map((name) => `/static/app/${name}`)));
    },
  };
}

/** Preact in React's place: see docs/pages.md for what each weighs. */
const PREACT = [
  { find: /^react\/jsx-runtime$/, replacement: "preact/jsx-runtime" },
  { find: /^react-dom\/client$/, replacement: "preact/compat/client" },
  { find: /^react(-dom)?$/, replacement: "preact/compat" },
];

/**
 * `vite build` makes the views that a script takes over, `vite build --mode islands` what the pages load that the server draws,
 * and the service worker of both. Once no view is left, the second is the only one.
 */
export default defineConfig(({ command, mode }) => {
  const isOfIslands = mode === "islands";
  return {
    base: command === "build" ? "/static/app/" : "/",
    plugins: [react(), ...(isOfIslands ? [shellOfWorker()] : [])],
    resolve: { alias: isOfIslands ? PREACT : [] },
    build: {
      outDir: OUT,
      emptyOutDir: !isOfIslands,
      manifest: isOfIslands ? ".vite/islands.json" : true,
      sourcemap: false,
      target: "es2022",
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rolldownOptions: {
        input: (isOfIslands ? { boot: "src/islands/boot.ts", sw: "src/sw.ts" } : { main: "src/main.tsx" }) as Record<string, string>,
        output: {
          entryFileNames: (chunk) => (chunk.name === "sw" ? "sw.js" : "assets/[name]-[hash].js"),
        },
      },
    },
    server: {
      proxy: Object.fromEntries(["/api", "/static", "/cards"].map((path) => [path, SERVER])),
    },
    test: { environment: "jsdom", include: ["src/**/*.test.{ts,tsx}"] },
  };
});
