// The worker that keeps mail (cache/), after the script of wasm-bindgen that loads it. The build puts the address of the
// wasm in the place of CACHE_WASM. What the page says before the wasm is there waits, in its order.
{
  const broken = () => {
    postMessage(['end']);
    close();
  };
  const ready = wasm_bindgen({ module_or_path: CACHE_WASM });
  onmessage = ({ data }) => ready.then(() => wasm_bindgen.hear(data)).catch(broken);
  onerror = broken;
  onunhandledrejection = broken;
}
