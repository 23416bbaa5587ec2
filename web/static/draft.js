// The forms of a draft: while somebody types, asks the portal to keep what the form
// holds for them, at the address in its data-typed, and draws the parts that it
// answers with (data-typed-part) anew: that it is kept and, in the editor, how the
// text reads.

const pause = 1500; // ms without a key before the text is sent
const longest = 15000; // ms of typing after which it is sent all the same, or tried again
const small = 60 << 10; // bytes: browsers send no more for a page that is left

const form = document.querySelector('form[data-typed]');
const failed = document.getElementById('typed-failed');
const parts = document.querySelectorAll('[data-typed-part]');

let since = 0; // when the first key was pressed that is not sent yet; 0 for none
let timer = 0;
let under = null; // the request under way: there is one at a time
let leaving = false; // the form is on its way, and brings all of it

const isSmall = () => new Blob([...new FormData(form).values()]).size < small;

function show(answer) {
	const page = new DOMParser().parseFromString(answer, 'text/html');
	const found = [...parts].map((part) => page.getElementById(part.id));
	if (!found.every(Boolean)) throw new Error('the portal answers with something else');
	found.forEach((part, i) => {
		const shown = parts[i];
		// what is the same is not read out again
		if (shown.innerHTML !== part.innerHTML) shown.replaceChildren(...part.childNodes);
	});
}

async function send(keepalive) {
	clearTimeout(timer);
	const begun = since;
	since = 0;
	try {
		const response = await fetch(form.dataset.typed, {
			method: 'POST', body: new FormData(form), keepalive, signal: keepalive ? undefined : AbortSignal.timeout(2 * longest),
		});
		show(await response.text());
		failed.hidden = true;
	} catch {
		since ||= begun;
		failed.hidden = leaving;
	}
}

function start(keepalive = false) {
	const request = send(keepalive).finally(() => {
		if (under !== request) return;
		under = null;
		later(failed.hidden ? pause : longest);
	});
	under = request;
}

function later(wait) {
	clearTimeout(timer);
	if (!since || under || leaving) return;
	timer = setTimeout(start, failed.hidden ? Math.min(wait, Math.max(0, since + longest - Date.now())) : wait);
}

form.addEventListener('input', () => {
	since ||= Date.now();
	later(failed.hidden ? pause : longest);
});

// A text that is sent while it is saved would be kept after it: the form waits.
form.addEventListener('submit', (event) => {
	leaving = true;
	clearTimeout(timer);
	if (!under) return;
	event.preventDefault();
	under.finally(() => form.requestSubmit(event.submitter));
});

addEventListener('pageshow', () => { leaving = false; });

document.addEventListener('visibilitychange', () => {
	if (document.visibilityState === 'hidden' && since && !leaving) start(isSmall());
});

// What is too long to be sent from a page that is gone, or could not be kept, is
// sent while the browser asks whether to leave.
addEventListener('beforeunload', (event) => {
	if (!since || leaving || failed.hidden && isSmall()) return;
	event.preventDefault();
	if (!under) start();
});
