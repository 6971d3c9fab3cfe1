/// <reference types="vitest/config" />
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
      const files = Object.keys(bundle)
        .filter((name) => name.startsWith("assets/"))
        .sort();
      if (!worker.code.includes("__SHELL__")) this.error("sw.ts lost the place for its list of files");
      worker.code = worker.code.replaceAll("__SHELL__", JSON.stringify(files.map((name) => `/static/app/${name}`)));
    },
  };
}

export default defineConfig(({ command }) => ({
  base: command === "build" ? "/static/app/" : "/",
  plugins: [react(), shellOfWorker()],
  build: {
    outDir: OUT,
    emptyOutDir: true,
    manifest: true,
    sourcemap: false,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { main: "src/main.tsx", sw: "src/sw.ts" },
      output: {
        entryFileNames: (chunk) => (chunk.name === "sw" ? "sw.js" : "assets/[name]-[hash].js"),
      },
    },
  },
  server: {
    proxy: Object.fromEntries(["/api", "/static", "/cards"].map((path) => [path, SERVER])),
  },
  test: { environment: "jsdom", include: ["src/**/*.test.{ts,tsx}"] },
}));
