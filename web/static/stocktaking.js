// A section's assets gone through: the arrows lead from one to the next, and the keys 1 to 4
// answer for the one that has the focus. What is the same is said without leaving the page.
// Without this the buttons do it.

const keys = ['same', 'changed', 'disposed', 'missing'];
const rows = () => [...document.querySelectorAll('#taking .taking tbody tr')];
const now = () => document.querySelector('#taking tr.now');

document.documentElement.classList.add('scripted');

function go(row, focus = true) {
	now()?.classList.remove('now');
	if (!row) return;
	row.classList.add('now');
	if (focus) row.querySelector('.four button')?.focus({preventScroll: true});
	const box = row.getBoundingClientRect();
	if (box.top < 0 || box.bottom > innerHeight) row.scrollIntoView({block: 'center'});
}

async function send(form, button) {
	const next = form.elements.next.value;
	const said = new FormData(form);
	said.append(button.name, button.value);
	form.setAttribute('aria-busy', true);
	try {
		const response = await fetch(form.action, {method: 'POST', body: new URLSearchParams(said), signal: AbortSignal.timeout(10000)});
		const page = new DOMParser().parseFromString(await response.text(), 'text/html');
		const taken = page.getElementById('taking');
		// what was refused is said by the page itself
		if (!response.ok || !taken || page.querySelector('.errors')) throw new Error();
		document.getElementById('taking').replaceWith(document.adoptNode(taken));
		// what can be done once all is answered stands in the heading
		document.querySelector('.title')?.replaceWith(document.adoptNode(page.querySelector('.title')));
		go(document.getElementById('a-' + next) ?? rows()[0]);
	} catch {
		form.dataset.plain = true;
		form.requestSubmit(button);
	}
}

document.addEventListener('submit', (event) => {
	const form = event.target, button = event.submitter;
	if (!form.matches('#taking .four') || form.dataset.plain || button?.value !== 'same') return;
	event.preventDefault();
	if (!form.hasAttribute('aria-busy')) send(form, button);
});

document.addEventListener('focusin', (event) => {
	const row = event.target.closest('#taking .taking tbody tr');
	if (row && row !== now()) go(row, false);
});

document.addEventListener('keydown', (event) => {
	if (event.ctrlKey || event.altKey || event.metaKey || event.target.matches('input, select, textarea')) return;
	const list = rows(), at = list.indexOf(now());
	const key = keys.indexOf(keys[Number(event.key) - 1]);
	if (event.key === 'ArrowDown') go(list[Math.min(at + 1, list.length - 1)]);
	else if (event.key === 'ArrowUp') go(list[Math.max(at - 1, 0)]);
	else if (key >= 0 && now()?.contains(document.activeElement)) now().querySelector(`.four button[value=${keys[key]}]`)?.click();
	else return;
	event.preventDefault();
});
