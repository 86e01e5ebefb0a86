from django.contrib import messages
from django.contrib.auth import login
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from accounts import actions
from accounts.forms import DepartmentForm, DomainForm, KeyForm, OwnNameForm, RightForm, SearchForm
from accounts.models import RIGHTS, Department, Domain, Token, User
from core.doors import PUBLIC, SIGNED_IN, door
from core.permissions import require
from core.refusals import refusals_on

LENGTH = 50


@door(SIGNED_IN)
def you(request: HttpRequest) -> HttpResponse:
    keys = Token.objects.of(request.user).usable()
    return render(request, "accounts/you.html", {"keys": keys})


@door("accounts.change")
def name(request: HttpRequest) -> HttpResponse:
    form = OwnNameForm(
        request.POST if request.method == "POST" else None, initial={"name": request.user.name}
    )
    if form.is_valid():
        with refusals_on(form):
            actions.change_name(request.user, form.cleaned_data["name"], by=request.user)
            messages.success(request, "Your name is changed")
            return redirect("accounts:you")
    return render(request, "accounts/name.html", {"form": form})


@door("accounts.change")
def make_key(request: HttpRequest) -> HttpResponse:
    """The answer to the form holds the secret: no other page, cookie or session ever does."""
    form = KeyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_on(form):
            token, secret = actions.make_key(request.user, form.cleaned_data["name"], by=request.user)
            return render(request, "accounts/key.html", {"token": token, "secret": secret})
    return render(request, "accounts/make_key.html", {"form": form})


@door("accounts.change")
@require_POST
def revoke_key(request: HttpRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(Token.objects.of(request.user), pk=pk)
    actions.revoke_key(token, by=request.user)
    messages.success(request, f"‘{token.name}’ is revoked. Nothing can use it any more")
    return redirect("accounts:you")


@door("accounts.administer")
def administration(request: HttpRequest) -> HttpResponse:
    """Where an administrator starts: departments and their domains, and the way to people."""
    require(request.user, "accounts.administer")
    departments = Department.objects.administered_by(request.user).prefetch_related("domains")
    page = Paginator(departments, LENGTH).get_page(request.GET.get("page"))
    creators = User.objects.filter(can_create_events=True, is_active=True)
    context = {
        "page": page,
        "administrators": User.objects.administrators().select_related("department"),
        "creators": creators.select_related("department"),
    }
    return render(request, "accounts/administration.html", context)


@door("accounts.administer")
def add_department(request: HttpRequest) -> HttpResponse:
    require(request.user, "accounts.administer")
    form = DepartmentForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_on(form):
            department = actions.add_department(form.cleaned_data["name"], by=request.user)
            messages.success(request, f"{department} is added. Now say which e-mail domains belong to it")
            return redirect("accounts:department", department.slug)
    return render(request, "accounts/add_department.html", {"form": form})


@door("accounts.administer")
def department(request: HttpRequest, department_slug: str) -> HttpResponse:
    """One department: its domains, and one more."""
    departments = Department.objects.administered_by(request.user)
    department = get_object_or_404(departments, slug=department_slug)
    form = DomainForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_on(form):
            domain = actions.add_domain(department, form.cleaned_data["name"], by=request.user)
            messages.success(request, f"People with an address at {domain} can sign up now")
            return redirect("accounts:department", department.slug)
    return render(request, "accounts/department.html", {"department": department, "form": form})


@door("accounts.administer")
@require_POST
def remove_domain(request: HttpRequest, department_slug: str, pk: int) -> HttpResponse:
    departments = Department.objects.administered_by(request.user)
    domain = get_object_or_404(Domain, department__in=departments, department__slug=department_slug, pk=pk)
    actions.remove_domain(domain, by=request.user)
    messages.success(request, f"Nobody new can sign up from {domain}")
    return redirect("accounts:department", department_slug)


@door("accounts.administer")
def people(request: HttpRequest) -> HttpResponse:
    require(request.user, "accounts.administer")
    form = SearchForm(request.GET)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    found = User.objects.administered_by(request.user).matching(words).select_related("department")
    page = Paginator(found, LENGTH).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "query": urlencode({"q": words}) + "&" if words else ""}
    return render(request, "accounts/people.html", context)


@door("accounts.administer")
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person's account, and what an administrator lets them do."""
    person = get_object_or_404(User.objects.administered_by(request.user), pk=pk)
    form = RightForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_on(form):
            right, verb = form.cleaned_data["right"], form.cleaned_data["verb"]
            act = actions.give_right if verb == "give" else actions.take_right
            act(person, right, by=request.user)
            return redirect("accounts:person", person.pk)
    rights = [{"name": name, "words": words, "held": getattr(person, name)} for name, words in RIGHTS.items()]
    return render(request, "accounts/person.html", {"person": person, "rights": rights, "form": form})


@door(PUBLIC)
def demo(request: HttpRequest, token: str) -> HttpResponse:
    """Opening the link changes nothing, so that whatever looks at links signs nobody in."""
    person = actions.demo_person(token)
    if person is None:
        raise Http404
    if request.method == "POST":
        login(request, person)
        return redirect("home")
    return render(request, "accounts/demo.html", {"person": person, "button": f"Sign in as {person}"})
