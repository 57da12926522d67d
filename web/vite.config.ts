import { defineConfig } from "vite";
import { viteSingleFile } from "vite-plugin-singlefile";

// One file: script and style inside, nothing to load. Python puts the net's data where the placeholder is.
export default defineConfig({
  plugins: [viteSingleFile({ removeViteModuleLoader: true })],
  build: { target: "es2022", modulePreload: false, reportCompressedSize: false },
});
