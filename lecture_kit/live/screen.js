const loaded = png => new Promise((resolve, reject) => {  // each frame is an <img> of its own
  const src = URL.createObjectURL(new Blob([png], { type: 'image/png' }));
  const onload = event => { URL.revokeObjectURL(src); resolve(event.target); };
  Object.assign(new Image(), { alt: '', decoding: 'sync', onload, onerror: reject, src });
});

const send = (model, name, value) => {
  model.set(name, value);
  model.save_changes();  // nothing if it is the same; while the kernel works, the newest waits
};

function render({ model, el }) {
  const screen = el.appendChild(document.createElement('div'));
  const size = () => ['width', 'height'].map(side => model.get(side));
  const resize = ([width, height]) => Object.assign(
    screen.style, { width: `${width}px`, aspectRatio: `${width} / ${height}` });
  Object.assign(screen, { className: 'lecture-screen', role: 'img' });
  let below = new Image(), above = new Image(), background, newest = 0, shown = 0;
  screen.append(below, above);

  const paint = async () => {
    const turn = ++newest, view = model.get('background'), { png, box } = model.get('frame');
    const room = size();
    screen.ariaBusy = true;
    const [ground, piece] = await Promise.all(
      [view === background ? below : loaded(view), loaded(png)]);
    if (turn < shown) return;  // a newer frame is already to be seen
    [shown, background] = [turn, view];
    resize(room);
    put(piece, box);
    if (ground !== below) below.replaceWith(below = ground);
    above.replaceWith(above = piece);
    screen.ariaBusy = shown < newest;
  };

  const describe = () => { screen.ariaLabel = model.get('description'); };
  const measure = () => send(model, 'room', [el.clientWidth, devicePixelRatio]);
  addEventListener('resize', measure);  // also when the page is zoomed
  const watchers = [new ResizeObserver(measure), new IntersectionObserver(([place]) =>
    place.isIntersecting && screen.classList.add('lecture-seen'))];  // rings show once
  [el, screen].forEach((part, n) => watchers[n].observe(part));
  model.on('change:frame change:background', paint);
  model.on('change:description', describe);
  resize(size());
  addHandles(model, screen);
  [paint, describe].forEach(start => start());
  return () => {
    removeEventListener('resize', measure);
    watchers.forEach(watcher => watcher.disconnect());
  };
}

function initialize({ model }) {
  const answer = () => send(model, 'answered', [model.get('asked'), Date.now()]);  // see panel.py
  model.on('change:asked', answer);
  answer();
}

export default { initialize, render };
