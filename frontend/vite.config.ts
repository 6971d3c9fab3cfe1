/// <reference types="vitest/config" />
import { defineConfig, type Plugin } from "vite";

const OUT = "../src/hallofshame/web/static/app";

/** Writes the names of the built files into the service worker, so that it can hold them for offline use. */
function shellOfWorker(): Plugin {
  return {
    name: "hallofshame-shell-of-worker",
    generateBundle: {
      // After Vite has dropped the scripts of sheets: a worker with a file that is not there is not installed.
      order: "post",
      handler(_options, bundle) {
        const worker = bundle["sw.js"];
        if (worker?.type !== "chunk") return;
        const files = Object.keys(bundle)
          .filter(name => name.startsWith("assets/"))
          .sort();
        if (!worker.code.includes("__SHELL__")) this.error("sw.ts lost the place for its list of files");
        worker.code = worker.code.replaceAll("__SHELL__", JSON.stringify(files.map(name => `/static/app/${name}`)));
      },
    },
  };
}

/** The boot script with the islands, the styles, and the service worker. */
export default defineConfig({
  base: "/static/app/",
  plugins: [shellOfWorker()],
  build: {
    outDir: OUT,
    emptyOutDir: true,
    manifest: true,
    sourcemap: false,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { boot: "src/islands/boot.ts", styles: "src/styles/index.css", sw: "src/sw.ts" },
      output: {
        entryFileNames: chunk => (chunk.name === "sw" ? "sw.js" : "assets/[name]-[hash].js"),
      },
    },
  },
  test: { environment: "jsdom", include: ["src/**/*.test.{ts,tsx}"] },
});
