// The picture in the page. Two layers, one above the other: the background, and the box of what moves.
// An <img> of its own for each frame: the browser decodes it beside its main thread.
const loaded = png => new Promise((resolve, reject) => {
  const src = URL.createObjectURL(new Blob([png], { type: 'image/png' }));
  const onload = event => { URL.revokeObjectURL(src); resolve(event.target); };
  Object.assign(new Image(), { alt: '', decoding: 'sync', onload, onerror: reject, src });
});

const put = (part, shares) => shares.forEach((share, n) => {
  part.style[['left', 'top', 'width', 'height'][n]] = `${100 * share}%`;
});

function render({ model, el }) {
  const screen = document.createElement('div');
  screen.className = 'lecture-screen';
  screen.role = 'img';
  screen.style.width = `${model.get('width')}px`;
  screen.style.aspectRatio = `${model.get('width')} / ${model.get('height')}`;
  let below = new Image(), above = new Image(), background, newest = 0, shown = 0;
  screen.append(below, above);
  el.append(screen);

  const paint = async () => {
    const turn = ++newest, view = model.get('background'), { png, box } = model.get('frame');
    screen.ariaBusy = true;
    const [ground, piece] = await Promise.all(
      [view === background ? below : loaded(view), loaded(png)]);
    if (turn < shown) return;  // a newer frame is already to be seen
    shown = turn;
    background = view;
    put(piece, box);
    if (ground !== below) below.replaceWith(below = ground);
    above.replaceWith(above = piece);
    screen.ariaBusy = shown < newest;
  };

  const shareOf = event => {
    const box = screen.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  };

  const grip = (number, kind) => {
    const part = document.createElement('div');
    part.className = `lecture-${kind}`;
    let offset = [0, 0], wanted = null;
    const move = event => {
      if (!wanted) requestAnimationFrame(() => {
        model.set('touch', [number, ...wanted, Date.now()]);
        wanted = null;
        model.save_changes();  // while the kernel works, it waits and keeps the newest
      });
      wanted = shareOf(event).map((share, n) => share - offset[n]);
    };
    part.onpointerdown = event => {
      if (event.button) return;
      part.setPointerCapture(event.pointerId);
      const spot = model.get('spots')[number];
      if (kind === 'spot') offset = shareOf(event).map((share, n) => share - spot[n]);
      else if (event.pointerType !== 'touch') move(event);  // a finger may want to scroll
    };
    part.onpointermove = event => part.hasPointerCapture(event.pointerId) && move(event);
    part.onpointerup = event => kind === 'area' && move(event);
    screen.append(part);
    return part;
  };
  const parts = ['area', 'spot'].flatMap(kind =>
    model.get(`${kind}s`).map((_place, n) => ({ kind, n, part: grip(n, kind) })));
  const arrange = () => parts.forEach(({ kind, n, part }) => {
    const place = model.get(`${kind}s`)[n];
    part.hidden = !place.length;
    put(part, place);
  });

  const describe = () => { screen.ariaLabel = model.get('description'); };
  const measure = () => {
    const width = Math.round(screen.clientWidth * devicePixelRatio);
    if (!width) return;  // not in the page, or hidden
    model.set('shown_width', width);
    model.save_changes();  // sends nothing if nothing has changed
  };
  addEventListener('resize', measure);  // also when the page is zoomed
  const observer = new ResizeObserver(measure);
  observer.observe(screen);
  model.on('change:frame change:background', paint);
  model.on('change:spots change:areas', arrange);
  model.on('change:description', describe);
  [paint, arrange, describe].forEach(start => start());
  return () => {
    removeEventListener('resize', measure);
    observer.disconnect();
  };
}

// The answer to a press of a button: all that the page had kept back before has been sent.
function initialize({ model }) {
  const answer = () => {
    model.set('answered', [model.get('asked'), Date.now()]);
    model.save_changes();
  };
  model.on('change:asked', answer);
  answer();
}

export default { initialize, render };
