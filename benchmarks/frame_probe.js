// Runs in JupyterLab's page. It reads the state square of the watched picture in every frame.
(() => {
  const probe = (window.probe = { seen: [], cell: null, pressed: null, moved: null });
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 1;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const state = () => {
    const pictures = [...probe.cell.querySelectorAll('img, canvas')].filter(
      picture => (picture.naturalWidth || picture.width) > 300);
    const images = pictures.filter(picture => picture.tagName === 'IMG');
    const picture = images.at(-1) ?? pictures[0];  // what moves lies above what does not
    if (!picture || (picture.tagName === 'IMG' && !picture.complete)) return null;
    const height = picture.naturalHeight || picture.height;
    context.clearRect(0, 0, 1, 1);
    context.drawImage(picture, 8, height - 8, 1, 1, 0, 0, 1, 1);
    const [red, green, , opacity] = context.getImageData(0, 0, 1, 1).data;
    return opacity === 255 && Math.abs(green - 100) < 3 ? Math.round(red / 4) : null;
  };
  // The picture is on the screen when the frame after the one that drew it begins.
  const painted = new MessageChannel();
  let waiting = [];
  painted.port1.onmessage = () => {
    const now = performance.now();
    waiting.forEach(entry => (entry.time = now));
    waiting = [];
  };
  let last = null;
  const frame = () => {
    requestAnimationFrame(frame);
    if (!probe.cell) return;
    const now = state();
    if (now === null || now === last) return;
    last = now;
    const entry = { state: now, time: null };
    probe.seen.push(entry);
    waiting.push(entry);
    painted.port2.postMessage(0);
  };
  requestAnimationFrame(frame);
  document.addEventListener('keydown', event => {
    if (event.isTrusted) probe.pressed = event.timeStamp;
  }, true);
  document.addEventListener('pointerdown', event => {
    if (event.isTrusted) probe.pressed = event.timeStamp;
  }, true);
  document.addEventListener('pointermove', event => {
    if (event.isTrusted) probe.moved = event.timeStamp;
  }, true);
  probe.watch = cell => {
    probe.cell = cell;
    probe.seen = [];
    last = null;
  };
})();
