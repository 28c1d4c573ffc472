const loaded = png => new Promise((resolve, reject) => {  // each frame is an <img> of its own
  const src = URL.createObjectURL(new Blob([png], { type: 'image/png' }));
  const onload = event => { URL.revokeObjectURL(src); resolve(event.target); };
  Object.assign(new Image(), { alt: '', decoding: 'sync', onload, onerror: reject, src });
});

const put = (part, shares) => ['left', 'top', 'width', 'height'].forEach(
  (side, n) => { part.style[side] = `${100 * shares[n]}%`; });

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

  const shareOf = event => {
    const box = screen.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  };

  let wanted = null, underWay = 0;
  const status = ({ content }) => {
    if (content.execution_state !== 'idle') return;
    underWay = Math.max(0, underWay - 1);
    pass();
  };
  const pass = () => {  // a touch is on its way while the kernel draws the one before it
    if (!wanted || underWay > 1) return;
    model.send({ touch: [...wanted, Date.now()] }, { iopub: { status } });
    [wanted, underWay] = [null, underWay + 1];
  };

  const grip = (number, kind) => {
    const part = screen.appendChild(document.createElement('div'));
    let held = number, offset = [0, 0];
    const move = event => {
      if (!wanted) requestAnimationFrame(pass);
      wanted = [held, ...shareOf(event).map((share, n) => share - offset[n])];
    };
    part.className = `lecture-${kind}`;
    part.onpointerdown = event => {
      if (event.button) return;
      part.setPointerCapture(event.pointerId);
      underWay = 0;  // a kernel that has ended answers no more
      if (kind === 'spot') {  // rings may lie above each other: the nearest one is meant
        const here = shareOf(event), spots = model.get('spots'), [width, height] = size();
        const way = ([x, y]) => Math.hypot((here[0] - x) * width, (here[1] - y) * height);
        held = spots.reduce((best, spot, n) => way(spot) < way(spots[best]) ? n : best, number);
        offset = here.map((share, n) => share - spots[held][n]);
      } else if (event.pointerType !== 'touch') move(event);  // a finger may want to scroll
    };
    part.onpointermove = event => part.hasPointerCapture(event.pointerId) && move(event);
    part.onpointerup = event => kind === 'area' && move(event);
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
  const measure = () => send(model, 'room', [el.clientWidth, devicePixelRatio]);
  addEventListener('resize', measure);  // also when the page is zoomed
  const watchers = [new ResizeObserver(measure), new IntersectionObserver(([place]) =>
    place.isIntersecting && screen.classList.add('lecture-seen'))];  // rings show once
  [el, screen].forEach((part, n) => watchers[n].observe(part));
  model.on('change:frame change:background', paint);
  model.on('change:spots change:areas', arrange);
  model.on('change:description', describe);
  resize(size());
  [paint, arrange, describe].forEach(start => start());
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
